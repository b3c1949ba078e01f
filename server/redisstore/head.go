package redisstore

import (
	"crypto/sha256"
	"strconv"

	"github.com/kith-chat/kith/server/eventlog"
)

// A head stands in Redis as "h", the digest and the number in decimal, so that a
// script compares positions by comparing strings. A dropped stream's begins with
// "d"; nothing stands for a stream nobody wrote to, and "d" alone if that one was
// dropped.
func encodeHead(p eventlog.Position) string {
	if p == (eventlog.Position{}) {
		return ""
	}
	return "h" + string(p.Digest[:]) + strconv.FormatUint(uint64(p.Seq), 10)
}

func decodeHead(text string) (p eventlog.Position, dropped bool, err error) {
	if text == "" {
		return p, false, nil
	}
	dropped = text[0] == 'd'
	if text = text[1:]; text == "" {
		return p, dropped, nil
	}
	if len(text) <= sha256.Size {
		return p, dropped, eventlog.ErrCorrupt
	}
	copy(p.Digest[:], text)
	seq, err := strconv.ParseUint(text[sha256.Size:], 10, 64)
	if err != nil {
		return p, dropped, eventlog.ErrCorrupt
	}
	p.Seq = eventlog.Seq(seq)
	return p, dropped, nil
}

// proof is a record's digest and both commitments in one field.
func proof(r *eventlog.Record) []byte {
	p := make([]byte, 0, 3*sha256.Size)
	p = append(p, r.Digest[:]...)
	p = append(p, r.MetaCommit[:]...)
	return append(p, r.BodyCommit[:]...)
}

func setProof(r *eventlog.Record, p string) error {
	if len(p) != 3*sha256.Size {
		return &eventlog.CorruptError{Seq: r.Seq, Reason: "its proof is cut off"}
	}
	copy(r.Digest[:], p)
	copy(r.MetaCommit[:], p[sha256.Size:])
	copy(r.BodyCommit[:], p[2*sha256.Size:])
	return nil
}
