"""Queries behind the API's questions. They read what others write, and change nothing.

Pages run by key, never by offset: a page costs the same wherever it is. Who may see which
rows is said by `Sight`; which of their columns, by the API.
"""
