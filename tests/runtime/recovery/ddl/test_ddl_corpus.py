"""Whatever is done to a schema comes out the same on a copy that only hears of it."""

from tests.runtime.recovery.ddl.corpus import BEFORE, CORPUS
from tests.runtime.recovery.ddl.pair import Pair


def test_a_copy_that_hears_every_announcement_has_the_same_schema_after_each_change(pair: Pair) -> None:
    pair.begin(BEFORE)
    assert pair.target.schema() == pair.source.schema(), "the copy begins equal, or nothing is proved"
    for name, texts in CORPUS:
        pair.source.run(*texts)
        pair.follow()
        assert pair.target.schema() == pair.source.schema(), name


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    statements = sum(text.count(";") + 1 for _, texts in CORPUS for text in texts)
    assert len(CORPUS) >= 60
    assert statements > 150
