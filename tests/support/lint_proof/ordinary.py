"""Sites as people have them, which are as they should be: lint must have nothing to say."""
from lint_proof import corpus


def read_all(root):
    cases = corpus.read_all(root / "tests/e2e/ordinary_sites")
    for case in cases:
        case.explored = True
    return cases
