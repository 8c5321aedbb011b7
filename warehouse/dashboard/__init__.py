"""The quality dashboard: pages that say what the lake holds, what its checks found, and what to do.

reader.py   one snapshot of the lake, read-only, for one page
pages/      what each page says, as data: facts, tables, charts
routes.py   which address leads to which page
render.py   a page as HTML, JSON or CSV
app.py      pages over HTTP, behind guard.py
export.py   the same pages as files that open from disk
"""
