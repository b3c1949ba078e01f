package web

// raw is a socket that can be tried: it reads into a buffer that is borrowed only
// once there is something to read, and writes what leaves without waiting.
type raw interface {
	// read waits until something has come. buf is nil where n is 0.
	read() (buf *[]byte, n int, err error)
	// write never waits; n is what has left.
	write(p []byte) (n int, err error)
}
