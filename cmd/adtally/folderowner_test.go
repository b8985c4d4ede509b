package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// A second service in the same folder would run a second schedule on the same queue. It is
// refused with the name of the first; a crash releases the folder.
func TestServe_HasItsDataFolderForItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := command(t.Context(), nil, "serve", "--listen", "127.0.0.1:0", "--data", dir)
	out, err := first.StdoutPipe()
	if err == nil {
		err = first.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Process.Kill(); _ = first.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "described at") {
		t.Fatalf("%q, %v", line, err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	errs := &safeBuffer{}
	ctx, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	code := (&program{out: errs, err: errs, env: func(string) string { return "" }}).run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--data", dir + "/."})
	if says := fmt.Sprintf("process %d on %s, since 20", first.Process.Pid, host); code != exitConfigure || !strings.Contains(errs.String(), says) || !strings.Contains(errs.String(), "What to do: Stop that one first") {
		t.Errorf("a second one: %d, %q without %q", code, errs, says)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	stop := run(t, &safeBuffer{}, "described at", "serve", "--listen", "127.0.0.1:0", "--data", dir)
	if code := stop(); code != 0 {
		t.Errorf("after a crash: %d", code)
	}
}
