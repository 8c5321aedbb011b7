/*
description: What the segments of transcripts are to be by the chapters of their feed: of the current transcript of each
    touched episode that is timed and has no headings of its own. A chapter in which nobody speaks has no place in the text.
owner: core.segments
grain: transcript_id, segment
depends_on: touched, episode_items, core.transcripts, core.sentences, core.segments
*/
WITH transcripts AS (
    SELECT
        transcript_id,
        episode_id
    FROM core.transcripts
    WHERE
        is_current
        AND has_times
        AND episode_id IN (SELECT episode_id FROM touched)
        AND transcript_id NOT IN (SELECT transcript_id FROM core.segments WHERE method LIKE 'heading/%')
),

items AS (
    SELECT *
    FROM episode_items
    WHERE chapters IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY feed_id, guid) = 1
),

chapters AS (
    SELECT
        items.episode_id,
        items.chapters_method,
        (chapter.value ->> 'start_s')::DOUBLE AS start_s,
        chapter.value ->> 'title' AS title,
        lead((chapter.value ->> 'start_s')::DOUBLE) OVER (
            PARTITION BY items.episode_id ORDER BY (chapter.value ->> 'start_s')::DOUBLE, chapter.key
        ) AS next_s
    FROM items, json_each(items.chapters) AS chapter
),

spans AS (
    SELECT
        transcripts.transcript_id,
        transcripts.episode_id,
        min(sentences.start_char) AS start_char,
        max(sentences.end_char) AS end_char,
        chapters.start_s,
        coalesce(chapters.next_s, max(sentences.end_s)) AS end_s,
        NULL::DOUBLE AS error_s,
        chapters.title,
        chapters.chapters_method AS method,
        1.0::DOUBLE AS score
    FROM chapters
    INNER JOIN transcripts ON chapters.episode_id = transcripts.episode_id
    INNER JOIN core.sentences AS sentences
        ON
            transcripts.transcript_id = sentences.transcript_id
            AND sentences.start_s >= chapters.start_s
            AND sentences.start_s < coalesce(chapters.next_s, 'inf'::DOUBLE)
    WHERE chapters.title <> ''
    GROUP BY
        transcripts.transcript_id, transcripts.episode_id, chapters.start_s, chapters.next_s, chapters.title,
        chapters.chapters_method
)

SELECT
    transcript_id,
    episode_id,
    (row_number() OVER (PARTITION BY transcript_id ORDER BY start_char) - 1)::INTEGER AS segment,
    start_char,
    end_char,
    start_s,
    end_s,
    error_s,
    title,
    method,
    score
FROM spans
