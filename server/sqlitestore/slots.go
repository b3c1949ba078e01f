package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"math/bits"
)

// roomFor is the size of the slot that n bytes go into. Sizes are in steps, so
// that a value that changes a little stays in its slot and a free slot fits the
// next one: 64 bytes up to 1 KiB, then an eighth of the power of two below. At
// most 63 bytes or an eighth are unused.
func roomFor(n int) int {
	step := 64
	if n > 1024 {
		step = 1 << (bits.Len(uint(n)) - 1 - 3)
	}
	return max((n+step-1)/step, 1) * step
}

// fill writes data into a slot and returns it: slot itself if data fits, else
// another one, and slot is cleared. 0 stands for no slot.
func (b *batch) fill(ctx context.Context, slot int64, data []byte) (int64, error) {
	room := roomFor(len(data))
	padded := make([]byte, room)
	copy(padded, data)
	if slot != 0 {
		b.residue = true // the old bytes are in the WAL
		fits, err := b.hasRoom(ctx, slot, room)
		if err != nil {
			return 0, err
		}
		if fits {
			return slot, b.exec(ctx, b.fillSlot, padded, slot)
		}
		if err := b.clear(ctx, slot); err != nil {
			return 0, err
		}
	}
	return b.take(ctx, padded)
}

func (b *batch) hasRoom(ctx context.Context, slot int64, room int) (bool, error) {
	var have int
	err := b.slotRoom.QueryRowContext(ctx, slot).Scan(&have)
	return have == room, err
}

// take puts data into a free slot of its size, or a new one.
func (b *batch) take(ctx context.Context, padded []byte) (int64, error) {
	var slot int64
	err := b.findSlot.QueryRowContext(ctx, len(padded)).Scan(&slot)
	if err == nil {
		return slot, b.exec(ctx, b.fillSlot, padded, slot)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	res, err := b.newSlot.ExecContext(ctx, len(padded), padded)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// clear overwrites a slot with zeros and frees it.
func (b *batch) clear(ctx context.Context, slot int64) error {
	b.residue = true
	return b.exec(ctx, b.clearSlot, slot)
}
