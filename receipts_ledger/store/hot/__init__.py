"""Hot routes' rows, on the drivers beneath SQLAlchemy.

SQLAlchemy takes longer to put a statement together and to find its text again than either
engine takes to answer it. Here each statement is written in SQLAlchemy, as everywhere, but
turned into text, ways in and ways out once; after that only the driver works. Rows come out
as SQLAlchemy would give them, and a test holds the two together.
"""
