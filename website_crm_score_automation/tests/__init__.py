from . import test_crossings, test_examples
