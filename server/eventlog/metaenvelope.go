package eventlog

import (
	"encoding/binary"
	"errors"
)

// What is sealed as a record's metadata is an envelope around Meta, so that the
// erasures a record made are under the same commitment:
//
//	format (1 byte, 1) | number of erasures (uvarint) | each erased Seq (uvarint) | Meta
const metaFormat = 1

var (
	errMetaFormat = errors.New("its metadata has a format that this version of Kith does not know")
	errMetaShort  = errors.New("its metadata is cut off or not in the form it was written in")
)

func packMeta(meta []byte, erases []Seq) []byte {
	out := make([]byte, 0, 2+len(erases)*3+len(meta))
	out = append(out, metaFormat)
	out = binary.AppendUvarint(out, uint64(len(erases)))
	for _, s := range erases {
		out = binary.AppendUvarint(out, uint64(s))
	}
	return append(out, meta...)
}

// unpackMeta reads the envelope of the record numbered self. It accepts only what
// packMeta writes: a second way to write the same thing would be a second record
// with one meaning.
func unpackMeta(b []byte, self Seq) ([]byte, []Seq, error) {
	if len(b) == 0 || b[0] != metaFormat {
		return nil, nil, errMetaFormat
	}
	b = b[1:]
	count, b, err := readUvarint(b)
	if err != nil {
		return nil, nil, err
	}
	if count > uint64(len(b)) { // each takes a byte at least: bounds the allocation
		return nil, nil, errMetaShort
	}
	var erases []Seq
	if count > 0 {
		erases = make([]Seq, 0, count)
	}
	for range count {
		var s uint64
		if s, b, err = readUvarint(b); err != nil {
			return nil, nil, err
		}
		if s == 0 || Seq(s) >= self {
			return nil, nil, errMetaShort
		}
		erases = append(erases, Seq(s))
	}
	return b, erases, nil
}

// readUvarint reads a number in its shortest form.
func readUvarint(b []byte) (uint64, []byte, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || (n > 1 && b[n-1] == 0) {
		return 0, nil, errMetaShort
	}
	return v, b[n:], nil
}
