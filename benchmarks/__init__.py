"""Speed and memory of the engine, side by side with its peers. `make bench` runs all of it."""
