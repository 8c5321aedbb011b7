/*
description: The turns of current transcripts, with what is known of who speaks; the other marts stand on it.
owner: mart.spoken_turns
grain: transcript_id, turn
depends_on: core.transcripts, core.turns
freshness: a view; as fresh as the lake
chart: sum(n_words) by speaker_kind
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  transcript_id: The episode's current transcript.
  turn: Position in the transcript, from 0.
  speaker: Who speaks, as core.turns says; null where nothing tells.
  speaker_kind: named (a person's name), anonymous (told apart by the source, such as Speaker 2 or Host), restored (S1 and
    S2 by turns that a model found, no voice was recognised); null where nothing tells.
  talk_s: Length of the turn in seconds; null where there are no times, an estimate where is_estimated.
  is_estimated: Whether the times are estimates.
  n_words: Words.
checks:
  - talk_s IS NULL OR talk_s >= 0
  - (speaker IS NULL) = (speaker_kind IS NULL)
*/
SELECT
    transcripts.podcast_id,
    turns.episode_id,
    turns.transcript_id,
    turns.turn,
    turns.speaker,
    CASE
        WHEN turns.speaker IS NULL THEN NULL
        WHEN turns.speaker_label IS NULL THEN 'restored'
        WHEN
            regexp_full_match(
                lower(turns.speaker),
                '(s|spk|spkr|speaker|voice|person|participant)[ _#-]*\d+|(speaker|voice) ?[a-z]?'
                || '|(host|guest|interviewer|interviewee|moderator|narrator|announcer|audience|caller)[ _#-]*\d*'
            )
            THEN 'anonymous'
        ELSE 'named'
    END AS speaker_kind,
    -- greatest() would skip a missing end and say 0.
    CASE WHEN turns.end_s >= turns.start_s THEN turns.end_s - turns.start_s END AS talk_s,
    turns.error_s IS NOT NULL AS is_estimated,
    turns.n_words
FROM core.turns AS turns
INNER JOIN core.transcripts AS transcripts ON turns.transcript_id = transcripts.transcript_id
WHERE transcripts.is_current
