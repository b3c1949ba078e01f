package redisstore

import (
	"encoding/binary"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
)

// maxNews bounds one message of news, in bytes. Larger news go without their
// records: who hears them reads.
const maxNews = 64 << 10

// What a message of news may say, in its flags.
const (
	newsDropped = 1 << iota
	newsRecords
)

// encodeNews writes news for the channel: a version, flags, the stream, its head,
// and the records, each length-prefixed. What is in it is sealed already.
func encodeNews(n eventlog.News) []byte {
	size := 0
	for i := range n.Records {
		size += len(n.Records[i].Meta) + len(n.Records[i].Body) + 128
	}
	if size > maxNews {
		n.Records = nil
	}
	out := make([]byte, 0, 64+len(n.Stream)+min(size, maxNews))
	flags := byte(0)
	if n.Dropped {
		flags |= newsDropped
	}
	if len(n.Records) > 0 {
		flags |= newsRecords
	}
	out = append(out, 1, flags)
	out = appendPart(out, []byte(n.Stream))
	out = appendPart(out, []byte(encodeHead(n.Head)))
	for i := range n.Records {
		r := &n.Records[i]
		out = appendPart(out, proof(r))
		out = appendPart(out, r.Meta)
		switch {
		case !r.HasBody:
			out = append(out, 0)
		case r.Body == nil:
			out = append(out, 1)
		default:
			out = appendPart(append(out, 2), r.Body)
		}
	}
	return out
}

func appendPart(out, part []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(part))), part...)
}

// errNews: a message on the channel is not in its form. It is counted and dropped.
var errNews = errors.New("redisstore: a message of news is not in its form")

// parts reads what appendPart wrote. After the first failure everything is empty.
type parts struct {
	rest   []byte
	failed bool
}

func (p *parts) byte() byte {
	if len(p.rest) == 0 {
		p.failed = true
		return 0
	}
	b := p.rest[0]
	p.rest = p.rest[1:]
	return b
}

func (p *parts) part() []byte {
	size, n := binary.Uvarint(p.rest)
	if n <= 0 || size > uint64(len(p.rest)-n) {
		p.failed, p.rest = true, nil
		return nil
	}
	part := p.rest[n : n+int(size) : n+int(size)]
	p.rest = p.rest[n+int(size):]
	return part
}

// decodeNews reads a message from the channel, whoever may have sent it.
func decodeNews(message []byte) (n eventlog.News, err error) {
	p := &parts{rest: message}
	version, flags := p.byte(), p.byte()
	n.Stream = string(p.part())
	n.Dropped = flags&newsDropped != 0
	if n.Head, _, err = decodeHead(string(p.part())); err != nil || version != 1 || p.failed || eventlog.CheckName(n.Stream) != nil {
		return eventlog.News{}, errNews
	}
	if flags&newsRecords == 0 {
		return n, nil
	}
	for len(p.rest) > 0 && len(n.Records) <= eventlog.MaxAppendRecords {
		r, err := p.record()
		if err != nil {
			return eventlog.News{}, err
		}
		n.Records = append(n.Records, r)
	}
	if len(p.rest) > 0 || uint64(len(n.Records)) > uint64(n.Head.Seq) {
		return eventlog.News{}, errNews
	}
	for i := range n.Records {
		n.Records[i].Seq = n.Head.Seq - eventlog.Seq(len(n.Records)-1-i)
	}
	return n, nil
}

func (p *parts) record() (r eventlog.Record, err error) {
	proof, meta, kind := p.part(), p.part(), p.byte()
	r.Meta = append([]byte{}, meta...)
	r.HasBody = kind > 0
	if kind == 2 {
		r.Body = append([]byte{}, p.part()...)
	}
	if p.failed || kind > 2 || setProof(&r, string(proof)) != nil {
		return r, errNews
	}
	return r, nil
}
