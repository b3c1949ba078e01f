package server_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/servertest"
)

// The test binary is also the server that some tests start in another process.
func TestMain(m *testing.M) {
	servertest.ServeIfChild()
	goleak.VerifyTestMain(m)
}
