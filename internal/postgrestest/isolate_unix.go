//go:build unix

package postgrestest

import (
	"cmp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// isolate runs the supervisor in its own process group, out of reach of Ctrl-C. PostgreSQL
// refuses to run as root, so root runs it as the user of Debian's package or as nobody.
func isolate(c *exec.Cmd, dir string) error {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return nil
	}
	someone, err := user.Lookup("postgres")
	if err != nil {
		someone, err = user.Lookup("nobody")
	}
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(someone.Uid)
	gid, err2 := strconv.Atoi(someone.Gid)
	if err = cmp.Or(err, err2); err != nil {
		return err
	}
	c.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return cmp.Or(os.Chown(dir, uid, gid), os.Chown(filepath.Join(dir, "password"), uid, gid))
}
