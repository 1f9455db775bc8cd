import time

import numpy as np
import pytest

from ml.text.plain import MAX_CHARACTERS, plain
from ml.text.tokens import Tokens, tokenise


def words(tokens: Tokens, text: int = 0) -> list[str]:
    first, after = tokens.starts[text : text + 2]
    return [tokens.types[i] for i in tokens.ids[first:after]]


def negated(sentence: str) -> set[str]:
    tokens = tokenise([sentence])
    return {w for w, d in zip(words(tokens), tokens.since_negation.tolist(), strict=True) if d}


@pytest.mark.parametrize(
    ("markup", "kept", "gone"),
    [
        ("<p>I like it<br>a lot</p><pre><code>hate()</code></pre>", "like", "hate"),
        ("Works. ```\nkill(this)\n``` Thanks", "Thanks", "kill"),
        ("<blockquote>You are awful</blockquote><p>No, I am fine</p>", "fine", "awful"),
        ("> you are awful\nI am fine", "fine", "awful"),
        ("State $\\left|bad\\right>$ is nice", "nice", "bad"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3", "&amp;"),
        ("See [the fine page](http://awful.example/x)", "the fine page", "awful"),
    ],
)
def test_the_authors_own_words_are_kept_and_nothing_else(markup: str, kept: str, gone: str) -> None:
    assert kept in plain(markup)
    assert gone not in plain(markup)


@pytest.mark.parametrize(
    "mark", ["<pre>", "<", "$", "`", "<blockquote>", "\\begin{", "[", "&gt;\n"]
)
def test_markup_that_never_ends_takes_no_long_time(mark: str) -> None:
    began = time.process_time()
    plain(mark * 40_000)
    assert time.process_time() - began < 5
    assert len(plain("a" * 50_000)) == MAX_CHARACTERS


def test_addresses_tags_and_numbers_are_told_by_their_kind() -> None:
    tokens = tokenise(
        ["@ann see https://x.example/a?b=1 #BestDayEver #fun at 10:30 :-) 😊 soooooo"]
    )
    assert words(tokens) == [
        "<user>", "see", "<url>", "<tag>", "best", "day", "ever", "<tag>", "fun", "at", "<number>",
        ":-)", "😊", "sooo",
    ]  # fmt: skip
    assert tokens.is_long.tolist()[-1]


def test_texts_keep_their_own_tokens_and_empty_ones_have_none() -> None:
    tokens = tokenise(["", "one two", "", "three", ""])
    assert [words(tokens, i) for i in range(5)] == [[], ["one", "two"], [], ["three"], []]
    assert tokenise([]).n_texts == 0


def test_negation_reaches_to_the_end_of_its_clause_and_not_over_it() -> None:
    assert negated("I do not like the food, but I love the view") == {"like", "the", "food"}
    assert negated("no way. great") == {"way"}
    assert negated("great view") == set()


def test_a_text_does_not_negate_the_next_one() -> None:
    assert not tokenise(["I do not", "like it"]).since_negation[-2:].any()


def test_capitals_and_hashes_depend_on_nothing_but_the_text() -> None:
    alone, among = tokenise(["GREAT day"]), tokenise(["other words", "GREAT day"])
    assert alone.is_caps.tolist() == [True, False]
    assert np.array_equal(alone.hashes, among.hashes[-2:])
