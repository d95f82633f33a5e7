from engine.models.requantize import Speed, choose


def speed(prefill: float, decode: float, perplexity: float) -> Speed:
    return Speed(prefill, decode, perplexity, size_bytes=1)


def test_the_fastest_that_reads_as_well_is_chosen() -> None:
    chosen = choose(
        {"Q4_1": speed(170, 60, 25.0), "Q4_0": speed(390, 70, 31.0), "Q8_0": speed(300, 60, 25.2)}
    )
    assert chosen.quantization == "Q8_0"
    assert "Q4_0 reads too much worse" in chosen.reason
    assert "+0.8%" in chosen.reason


def test_the_published_file_stays_where_nothing_is_clearly_faster() -> None:
    chosen = choose({"Q4_1": speed(300, 60, 25.0), "Q8_0": speed(310, 60, 25.0)})
    assert chosen.quantization == "Q4_1"
    assert "As published" in chosen.reason


def test_reading_and_writing_are_weighed_as_in_a_typical_turn() -> None:
    quick_reader = speed(400, 40, 25.0)  # 2.0 s + 2.0 s
    quick_writer = speed(160, 160, 25.0)  # 5.0 s + 0.5 s
    chosen = choose({"A": speed(100, 40, 25.0), "B": quick_writer, "C": quick_reader})
    assert chosen.quantization == "C"
    assert quick_reader.turn_s == 4.0


def test_the_figures_are_kept() -> None:
    figures = choose({"Q4_1": speed(300, 60, 25.0)}).figures()
    candidates = figures["candidates"]
    assert isinstance(candidates, dict)
    assert candidates["Q4_1"]["perplexity"] == 25.0
