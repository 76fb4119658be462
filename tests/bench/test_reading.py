"""The bench of reading tells time and memory of every way; the figures are nobody's here."""

from app.bench import reading


def test_reading_tells_time_and_memory_of_every_way():
    told = {row[0]: row[1:] for row in reading.measure(40, 1).rows}
    assert told["calamine alone"][0].endswith("rows/s")
    assert [told[name][1] for name in told if name.startswith("B")] == ["≥ 0.9", "≥ 8", "≤ 1.3"]
