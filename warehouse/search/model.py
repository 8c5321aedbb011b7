"""The small model that turns passages into vectors: a table of word vectors, which are averaged.

The table and its tokenizer are files of the package wordllama. They are read here, without that package's own code, which
looks for the tokenizer in the wrong folder, and would download what it does not find.

A network such as MiniLM tells meanings apart better, and takes hours for a million sentences on two cores; this takes a
minute of CPU. 128 of the table's 256 columns rank passages as all do, for it was trained to be cut (Matryoshka, arXiv:2205.13147).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from warehouse.errors import SettingsError

WIDTH = 128
MODEL = f"wordllama-l2-supercat/{WIDTH}"
"""Name of the model and its width; rows of ``core.vectors`` that another made are made anew."""

Vectors = npt.NDArray[np.float32]


class Embedder:
    """Turns texts into vectors of length 1."""

    def __init__(self, folder: Path) -> None:
        """Read the files of the package, which takes half a second."""
        from safetensors.numpy import load_file  # noqa: PLC0415  an extra, which most installations lack
        from tokenizers import Tokenizer  # noqa: PLC0415  the same

        table = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
        self._table: Vectors = np.ascontiguousarray(table[:, :WIDTH], dtype=np.float32)
        self._tokenizer = Tokenizer.from_file(
            str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
        )
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of ``WIDTH`` numbers for each text; one without words gets zeros."""
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, one in zip(rows, encoded, strict=True):
            if one.ids:
                mean = self._table[one.ids].mean(axis=0)
                row[:] = mean / np.linalg.norm(mean)
        return rows


@cache
def embedder() -> Embedder:
    """Return the model, read once a process.

    Raises:
        SettingsError: The extra that holds it is not installed.
    """
    found = find_spec("wordllama")
    if found is None or not found.submodule_search_locations:
        raise SettingsError(
            "similar passages need a model, which is an extra of podlake",
            remedy="Install it: pip install 'podlake[similar]'.",
        )
    return Embedder(Path(found.submodule_search_locations[0]))
