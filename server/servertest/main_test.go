package servertest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/servertest"
)

func TestMain(m *testing.M) {
	servertest.ServeIfChild()
	goleak.VerifyTestMain(m)
}
