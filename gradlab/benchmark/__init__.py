"""How fast is your engine? The same problems, solved by hand in NumPy, by your `mytorch`, and by other engines.

`gradlab.bench()` in a notebook, or `gradlab bench` in a terminal, runs the quick version, which `quick.py` describes.
"""
