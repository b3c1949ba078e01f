//go:build race

package server_test

// underRace says that the race detector makes everything many times slower.
const underRace = true
