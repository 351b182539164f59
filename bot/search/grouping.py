"""Questions that ask the same, found by the words they share once they are read as the search reads them."""

from collections.abc import Mapping, Sequence

_ALIKE = 0.6  # of the weight of both questions' words


def group(readings: Sequence[Mapping[str, float]]) -> list[list[int]]:
    """The positions of questions, those that ask the same together; a group is led by its first.

    A reading gives a question's words with what each weighs. A question joins the group whose leader it is most like.
    """
    groups: list[list[int]] = []
    for place, words in enumerate(readings):
        best, most = None, _ALIKE
        for each in groups:
            like = alike(words, readings[each[0]])
            if like >= most:
                best, most = each, like
        if best is None:
            groups.append([place])
        else:
            best.append(place)
    return groups


def alike(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The share of the weight of both questions' words that they have in common, 0 to 1."""
    whole = sum(max(one.get(word, 0.0), other.get(word, 0.0)) for word in {*one, *other})
    both = sum(min(weight, other.get(word, 0.0)) for word, weight in one.items())
    return both / whole if whole else 0.0
