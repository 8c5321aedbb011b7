"""Tell the language of documents: the declared one, or else the one that excerpts of their speech show.

py3langid (naive Bayes over byte n-grams, its model in its wheel) was chosen on 569 real transcripts, in lower case and
without punctuation: like CLD2, CLD3 and lingua it gets every one of them right that holds a sentence, and of excerpts
of 30 and 60 characters it tells most (.99 and .99 of English, 1.0 and 1.0 of German; CLD2 .99 and .95, CLD3 .85 and .89,
lingua .97 and 1.0 at 30), in a twentieth of lingua's wheel.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tasks.segment.words import spoken

NO_LANGUAGE = "zxx"
"""What the model calls numbers, markup and noises."""
SURE = 0.5
"""Lowest probability that counts. What recognisers made of noise in six of the transcripts reached .16 at most; the
least sure of 1,000 excerpts of 60 characters had .89, and one in a hundred of 30 characters less than this."""

_PLACES = (0.0, 0.4, 0.7)
"""Where in a document the excerpts start: an introduction in another language is outvoted by two from further on."""
_EXCERPT = 200
"""Characters of an excerpt: three cost 0.6 ms, and one is enough but for a language in another's words."""
_CODE = r"^([A-Za-z]{2})(?:[-_].*)?$"


def languages_of(documents: pl.DataFrame, pieces: pl.DataFrame) -> pl.DataFrame:
    """Return the language of every document: what it declares, or else what its speech shows.

    Args:
        documents: Has ``doc`` and ``language`` as declared (``en``, ``en-US``; null or anything else declares nothing).
        pieces: Pieces as ``PIECES``; headings do not count.

    Returns:
        ``doc`` and ``language`` (ISO 639-1; null where nothing says it), in the order of the documents.
    """
    declared = documents.select("doc", declared=pl.col("language").str.extract(_CODE).str.to_lowercase())
    silent = declared.filter(pl.col("declared").is_null())
    identified = identify(pieces.join(silent, on="doc", how="semi", maintain_order="left"))
    return declared.join(identified, on="doc", how="left", maintain_order="left").select(
        "doc", language=pl.coalesce("declared", "language")
    )


def identify(pieces: pl.DataFrame) -> pl.DataFrame:
    """Return ``doc``, ``language`` (ISO 639-1) and its probability ``p`` for each document that has speech.

    ``language`` is null where the speech is too little or too noisy to tell.
    """
    speech = pieces.filter(~pl.col("heading")).group_by("doc", maintain_order=True).agg("text")
    speech = speech.select("doc", text=spoken(pl.col("text").list.join(" ")))
    n_chars = pl.col("text").str.len_chars()
    excerpts = [pl.col("text").str.slice((n_chars * place).cast(pl.Int64), _EXCERPT) for place in _PLACES]
    samples = speech.select(
        "doc",
        sample=pl.when(n_chars > _EXCERPT * len(_PLACES))
        .then(pl.concat_str(excerpts, separator=" "))
        .otherwise("text")
        .str.to_lowercase(),
    )
    classify = _identifier().classify
    found = pl.DataFrame(
        [classify(sample) for sample in samples["sample"]],
        schema={"language": pl.String(), "p": pl.Float64()},
        orient="row",
    )
    told = (pl.col("p") >= SURE) & (pl.col("language") != NO_LANGUAGE)
    return samples.select("doc").hstack(found).with_columns(language=pl.when(told).then("language"))


@cache
def _identifier() -> LanguageIdentifier:
    """Load the model; languages without a code of two letters, hardly ever transcribed, could only mislead."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(
        [code for code in identifier.labels if re.match(_CODE, code) or code == NO_LANGUAGE]
    )
    return identifier
