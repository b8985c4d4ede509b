package main

import (
	"bufio"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkServing measures how soon a new service answers and how much memory it uses
// while idle. The limits are 1 s and 100 MB. The simulator, which is the same program
// without database, queue and warehouse, is measured beside it.
func BenchmarkServing(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		began := time.Now()
		c := command(b.Context(), nil, "serve", "--listen", "127.0.0.1:0", "--data", dir)
		out, err := c.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		ready(b, regexp.MustCompile(`http://\S+:\d+`).FindString(line)+"/readyz")
		b.ReportMetric(time.Since(began).Seconds(), "serving-s")
		if !testing.Short() {
			time.Sleep(15 * time.Second) // what the start left has been given back
		}
		b.ReportMetric(resident(b, c.Process.Pid), "idle-MB")
		if err := c.Process.Signal(os.Interrupt); err != nil {
			b.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			b.Fatal(err)
		}
		sim := startSim(b, "--synthetic", "accounts=1,ads=1,days=1,seed=1")
		b.ReportMetric(resident(b, sim.pid), "simulator-MB")
	}
}

// ready asks until a service says that it can be used.
func ready(b *testing.B, address string) {
	b.Helper()
	for range 1000 {
		res, err := http.Get(address) //nolint:noctx // it is our own, on loopback
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(5 * time.Millisecond) // bounded: 5 s
	}
	b.Fatalf("%s does not answer", address)
}

// resident is how much memory a process holds, in MB.
func resident(tb testing.TB, pid int) float64 {
	tb.Helper()
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		tb.Skip("there is no /proc here")
	}
	for line := range strings.Lines(string(raw)) {
		if name, rest, _ := strings.Cut(line, ":"); name == "VmRSS" {
			kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				tb.Fatal(err)
			}
			return float64(kilobytes) / 1024
		}
	}
	tb.Fatal("no VmRSS")
	return 0
}
