package eventlog

// CheckAppend tells whether an Append of records to stream keeps the limits,
// before anything else is looked at. Every store begins with it. It returns
// ErrName, ErrTooLarge or nil.
func CheckAppend(stream string, records []Record) error {
	if err := CheckName(stream); err != nil {
		return err
	}
	if len(records) > MaxAppendRecords {
		return ErrTooLarge
	}
	for i := range records {
		if len(records[i].Meta)+len(records[i].Body) > MaxRecordBytes {
			return ErrTooLarge
		}
	}
	return nil
}

// Chain gives records the numbers and digests they get when appended after the
// position after, and returns the new head. HasBody is set from Body. A store
// calls it on its own copy of the records. ErrCorrupt: a record erases one that
// is not before it.
func Chain(after Position, records []Record) (Position, error) {
	head := after
	for i := range records {
		r := &records[i]
		r.HasBody = r.Body != nil
		if !r.HasBody {
			r.BodyCommit = Digest{}
		}
		head = head.Next(*r)
		r.Seq, r.Digest = head.Seq, head.Digest
		for _, s := range r.Erases {
			if s == 0 || s >= r.Seq {
				return Position{}, &CorruptError{Seq: r.Seq, Reason: "it erases a record that is not before it"}
			}
		}
	}
	return head, nil
}

// TellPlaces sets in the caller's records where those that were appended stand.
func TellPlaces(callers, appended []Record) {
	for i := range callers {
		callers[i].Seq, callers[i].Digest = appended[i].Seq, appended[i].Digest
	}
}
