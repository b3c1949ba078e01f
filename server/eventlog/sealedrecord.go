package eventlog

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// A record's parts are sealed one by one, so that the body can go alone. Before
// sealing, each part is
//
//	salt (32 random bytes) | plain bytes
//
// and its commitment is SHA-256(domain | salt | plain bytes). The salt goes with
// the body when it is erased, so the commitment that stays cannot be used to
// guess at what was said.
const (
	saltSize = 32

	domainMeta = "kith meta 1\x00"
	domainBody = "kith body 1\x00"
)

type part byte

const (
	partMeta part = 'm'
	partBody part = 'b'
)

func (p part) domain() string {
	if p == partMeta {
		return domainMeta
	}
	return domainBody
}

// recordAD binds sealed bytes to their place: moved to another stream, number or
// part they do not open.
func recordAD(buf []byte, stream string, seq Seq, p part) []byte {
	buf = append(buf[:0], "kith sealed record 1\x00"...)
	buf = append(buf, byte(p))
	buf = binary.BigEndian.AppendUint64(buf, uint64(seq))
	return append(buf, stream...)
}

// sealPart returns plain sealed, and the commitment to it.
func (s *sealer) sealPart(plain []byte, stream string, seq Seq, p part) ([]byte, Digest) {
	salted := make([]byte, 0, len(p.domain())+saltSize+len(plain))
	salted = append(salted, p.domain()...)
	salted = append(salted, s.take(saltSize)...)
	salted = append(salted, plain...)
	var ad [64 + MaxStreamName]byte
	return s.seal(salted[len(p.domain()):], recordAD(ad[:], stream, seq, p)), sha256.Sum256(salted)
}

// openPart returns the plain bytes and checks them against their commitment.
func (r *Keyring) openPart(sealed []byte, stream string, seq Seq, p part, want Digest) ([]byte, error) {
	salted, err := r.openSalted(sealed, stream, seq, p, want)
	if err != nil {
		return nil, err
	}
	return salted[len(p.domain())+saltSize:], nil
}

// openSalted returns domain, salt and plain bytes: what the commitment is over.
func (r *Keyring) openSalted(sealed []byte, stream string, seq Seq, p part, want Digest) ([]byte, error) {
	n := len(p.domain())
	var ad [64 + MaxStreamName]byte
	dst := append(make([]byte, 0, n+max(len(sealed)-SealedOverhead, 0)), p.domain()...)
	salted, err := r.open(dst, sealed, recordAD(ad[:], stream, seq, p))
	switch {
	case errors.Is(err, ErrKey):
		return nil, err
	case err != nil:
		return nil, &CorruptError{Stream: stream, Seq: seq, Reason: err.Error()}
	case len(salted) < n+saltSize:
		return nil, &CorruptError{Stream: stream, Seq: seq, Reason: "a part is too short"}
	case sha256.Sum256(salted) != want:
		return nil, &CorruptError{Stream: stream, Seq: seq, Reason: "a part does not match its commitment"}
	}
	return salted, nil
}

// sealRecord returns the record as the store gets it at the number seq.
func (s *sealer) sealRecord(rec Record, stream string, seq Seq) Record {
	out := Record{Erases: rec.Erases, HasBody: rec.Body != nil}
	out.Meta, out.MetaCommit = s.sealPart(packMeta(rec.Meta, rec.Erases), stream, seq, partMeta)
	if out.HasBody {
		out.Body, out.BodyCommit = s.sealPart(rec.Body, stream, seq, partBody)
	}
	return out
}

// openRecord turns what the store gave into what was appended.
func (r *Keyring) openRecord(rec Record, stream string) (Record, error) {
	packed, err := r.openPart(rec.Meta, stream, rec.Seq, partMeta, rec.MetaCommit)
	if err != nil {
		return Record{}, err
	}
	out := rec
	if out.Meta, out.Erases, err = unpackMeta(packed, rec.Seq); err != nil {
		return Record{}, &CorruptError{Stream: stream, Seq: rec.Seq, Reason: err.Error()}
	}
	if rec.Body != nil {
		if out.Body, err = r.openPart(rec.Body, stream, rec.Seq, partBody, rec.BodyCommit); err != nil {
			return Record{}, err
		}
	}
	return out, nil
}
