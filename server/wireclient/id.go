package wireclient

import (
	"crypto/rand"
	"time"

	"github.com/kith-chat/kith/server/room"
)

// NewID makes a command id of now.
func NewID() string { return NewIDAt(time.Now()) }

// NewIDAt makes a command id of a time.
func NewIDAt(at time.Time) string {
	var tail [10]byte
	_, _ = rand.Read(tail[:]) // never fails
	return room.NewCommandID(room.Time(at.UnixMilli()), tail).String()
}
