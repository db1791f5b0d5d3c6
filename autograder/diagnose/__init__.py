"""Which misconception is behind an answer that fails? Its behaviour is held against that of every known wrong answer.

behaviour.py   what an answer does in the checks and hidden tests of its exercise, and whether two do the same
library.py     what the lesson's wrong answers do there, computed once
match.py       the one wrong answer that does the same, or none: a diagnosis that may be wrong is worse than none
guilty.py      what a visible program records with that answer, to see where its graph parts from the reference's
sealed.py      the same for the student's side: sentences that only the mistake itself can open
graphs.py      for the student's side, too: what visible programs record when all is right
"""
