package sqlitestore

import (
	"crypto/sha256"

	"github.com/kith-chat/kith/server/eventlog"
)

// proofSize is what the proof column takes: the digest and both commitments, one
// column because each costs as much to read as its bytes.
const proofSize = 3 * sha256.Size

func proof(r *eventlog.Record) []byte {
	p := make([]byte, 0, proofSize)
	p = append(p, r.Digest[:]...)
	p = append(p, r.MetaCommit[:]...)
	return append(p, r.BodyCommit[:]...)
}

func setProof(r *eventlog.Record, p []byte) error {
	if len(p) != proofSize {
		return &eventlog.CorruptError{Seq: r.Seq, Reason: "its proof is cut off"}
	}
	copy(r.Digest[:], p)
	copy(r.MetaCommit[:], p[sha256.Size:])
	copy(r.BodyCommit[:], p[2*sha256.Size:])
	return nil
}
