"""The guilty edge: where the graph of a failing program, or the gradients in it, first part from what is expected.

program.py   a failing program, changed so that it says what it records and sends back
watch.py     what it calls while it runs
walk.py      the walk back, edge by edge, by the rules that were recorded; and what a lost edge would lead to
record.py    what was seen, as plain data
parting.py   the first place where two records part, in a sentence and in colour

What is expected is a record like any other, made of the same program on an engine that is right: no such engine is
needed to compare, nor a renderer.
"""
