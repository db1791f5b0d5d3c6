"""Does what a student gets hold an answer, a hidden test or a wrong answer? Every byte is looked at, by content."""
