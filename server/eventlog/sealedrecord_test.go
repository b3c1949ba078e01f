package eventlog

import "testing"

// TestSealedInPlace: sealed bytes open in the place they were sealed for and
// nowhere else, commitments or not.
func TestSealedInPlace(t *testing.T) {
	keys := NewKeyring(NewKey())
	s := newSealer(keys, 1)
	sealed, _ := s.sealPart([]byte("said"), "room/a", 7, partBody)
	for name, ad := range map[string][]byte{
		"another stream": recordAD(nil, "room/b", 7, partBody),
		"another number": recordAD(nil, "room/a", 8, partBody),
		"another part":   recordAD(nil, "room/a", 7, partMeta),
		"a value":        valueAD("room/a", "7", ExpiryTime(0)),
	} {
		if _, err := keys.open(nil, sealed, ad); err == nil {
			t.Errorf("it opens as %s", name)
		}
	}
	if _, err := keys.open(nil, sealed, recordAD(nil, "room/a", 7, partBody)); err != nil {
		t.Errorf("it does not open in its own place: %v", err)
	}
}
