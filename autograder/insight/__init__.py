"""What a class did in one lesson: read from the grades that were recorded; nothing is run.

facts.py       grades to numbers: scores, exercises, checks, misconceptions, repairs, timeouts
answers.py     the students' own cells, from the recorded notebooks
alike.py       answers that share what is rare in the class: a lead to read, never a verdict
anonymous.py   salted ids, and rows for research
page.py        one HTML page that asks nothing of any other place
"""
