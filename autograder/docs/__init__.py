"""The rendered course: every lesson executed, and the pages in site/, as a website that asks no other host for a thing.

lessons.py    the notebooks with their answers, run from top to bottom
editions.py   what each edition shows of them: for a class no answer, for self-learners each behind a button
reference.py  pages about `mytorch` and `gradlab`, from their docstrings
landing.py    the pictures on the first page
sources.py    all of it in one folder, as Sphinx reads it
npm.py        MathJax, which sets the formulas, without a content network
website.py    Sphinx
secrets.py    the finished pages, searched for what they must not show
"""
