package server_test
import ("testing";"time"
"github.com/kith-chat/kith/server/seed"
"github.com/kith-chat/kith/server/servertest")
func TestSeedTime(t *testing.T){
 c := servertest.Config(t.TempDir())
 b:=time.Now()
 r:=servertest.Seed(t,c,seed.Spec{Rooms:3,Members:16,Moderators:2,Preload:50000})
 t.Log("seed",time.Since(b))
 p:=servertest.StartProcess(t,c)
 t.Log("listen",p.Listening, p.URL,p.Ops)
 b=time.Now()
 cl:=servertest.Dial(t,p.URL,servertest.Cookie(r[0].Members[0].Token))
 t.Log("dial",time.Since(b))
 cl.Join(r[0].ID,"")
 t.Log("join",time.Since(b))
 n,h:=p.Memory(t)
 t.Log(n,h)
 p.Kill(t)
 p.Restart(t)
 t.Log("listen",p.Listening, p.URL,p.Ops)
 p.Terminate(t)
 t.Log(p.Wait())
}
