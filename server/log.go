package server

import (
	"log"
	"log/slog"
)

// quiet takes net/http's own complaints (a handshake that failed, a client that
// went away) into the log at debug level: they quote what strangers sent.
func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
