package eventlog

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzUnpackMeta: whatever is inside an envelope, unpacking gives an error or what
// packing gives back byte for byte.
func FuzzUnpackMeta(f *testing.F) {
	f.Add(packMeta([]byte("meta"), nil), uint64(1))
	f.Add(packMeta(nil, []Seq{1, 300, 1}), uint64(1000))
	f.Add([]byte{metaFormat, 0x80, 0x00}, uint64(9))
	f.Add([]byte{metaFormat, 0xff, 0xff, 0xff, 0xff, 0x0f}, uint64(9))
	f.Fuzz(func(t *testing.T, b []byte, self uint64) {
		meta, erases, err := unpackMeta(b, Seq(self))
		if err != nil {
			return
		}
		if !bytes.Equal(packMeta(meta, erases), b) {
			t.Error("two envelopes with one meaning")
		}
		if slices.ContainsFunc(erases, func(s Seq) bool { return s == 0 || s >= Seq(self) }) {
			t.Error("it erases what is not before it")
		}
	})
}

// FuzzOpen: nothing that was not sealed opens, whatever it looks like, and nothing
// panics.
func FuzzOpen(f *testing.F) {
	keys := NewKeyring(Key{1})
	// Not random: the fuzzer's processes have to agree on what was sealed.
	s := sealer{keys: keys, random: make([]byte, 24)}
	sealed := s.seal([]byte("plain"), []byte("ad"))
	f.Add(sealed, 0, byte(0))
	f.Add(sealed[:SealedOverhead-1], 3, byte(9))
	f.Add(sealed[:1], 0, byte(2))
	f.Fuzz(func(t *testing.T, b []byte, at int, with byte) {
		if len(b) > 0 {
			b = slices.Clone(b)
			b[uint(at)%uint(len(b))] ^= with
		}
		plain, err := keys.open(nil, b, []byte("ad"))
		if err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("opened %d bytes that were never sealed", len(plain))
		}
		if _, err := keys.openPart(b, "room/a", 1, partBody, Digest{}); err == nil {
			t.Error("a part opened that does not match its commitment")
		}
		if _, err := keys.openValue("b", Value{Key: "k", Data: b}); err == nil {
			t.Error("a value opened that was never put")
		}
	})
}

// BenchmarkSeal and BenchmarkOpenRecord are the decorator's share of an append
// and a fold.
func BenchmarkSeal(b *testing.B) {
	keys := NewKeyring(NewKey())
	r := Record{Meta: make([]byte, 120), Body: make([]byte, 160)}
	b.ReportAllocs()
	for b.Loop() {
		s := newSealer(keys, 2)
		s.sealRecord(r, "room/0123456789", 7)
	}
}

func BenchmarkOpenRecord(b *testing.B) {
	keys := NewKeyring(NewKey())
	s := newSealer(keys, 2)
	r := s.sealRecord(Record{Meta: make([]byte, 120), Body: make([]byte, 160)}, "room/0123456789", 7)
	r.Seq = 7
	b.ReportAllocs()
	for b.Loop() {
		if _, err := keys.openRecord(r, "room/0123456789"); err != nil {
			b.Fatal(err)
		}
	}
}
