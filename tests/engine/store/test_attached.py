from engine.store.attached import bounds, file_of, inner_path, place, shown_name


def test_a_document_in_a_file_is_named_by_both() -> None:
    path = inner_path("/mail/trip.eml", "offer.zip!/a/terms.pdf")
    assert file_of(path) == "/mail/trip.eml"
    assert file_of("/mail/trip.eml") == "/mail/trip.eml"
    assert shown_name(path) == "terms.pdf in offer.zip in trip.eml"
    low, high = bounds("/mail/trip.eml")
    assert low <= path < high
    assert not low <= "/mail/trip.eml" < high
    assert not low <= "/mail/trip.eml2!/x" < high


def test_a_place_is_told_as_a_reader_calls_it() -> None:
    assert place("/d/handbook.pptx", 3, "Slide 3") == "handbook.pptx, Slide 3"
    assert place("/d/travel.pdf", 2) == "travel.pdf, page 2"
    assert place("/d/m.eml!/travel.pdf", 2) == "travel.pdf in m.eml, page 2"
