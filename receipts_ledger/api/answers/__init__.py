"""Bodies of answers, one module for each noun, and who may see which of their members.

They are plain dictionaries of named types: what is read most is not validated once more.
"""
