"""The methods of Tensor, by what they are for. Every method is a line or two; the idea is in the op it applies."""
