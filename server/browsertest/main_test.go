package browsertest

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/servertest"
)

// The test binary is also the server that a test kills.
func TestMain(m *testing.M) {
	servertest.ServeIfChild()
	goleak.VerifyTestMain(m)
}
