/*
description: Part of the text of one revision of a document, by offsets in characters.
owner: raw.documents
grain: one row
depends_on: raw.documents
*/
SELECT
    substr(text, $start + 1, $length) AS excerpt,
    length(text) AS n_chars
FROM raw.documents
WHERE document_id = $document_id AND revision = $revision
