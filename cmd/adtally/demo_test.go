package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runningDemo is adtally demo as a process.
type runningDemo struct {
	url, login string // the second is the body of POST /session
	share      string // the share link
	said       *safeBuffer
	stop       func() int // ends it with SIGTERM, and gives the exit code
}

var demoSaid = regexp.MustCompile(`(?s)Open  (\S+)\n.*Log in  (\S+), password (\S+)\nShare link  \S+/s/(\S+)\n`)

func startDemo(t *testing.T, dir string) *runningDemo {
	t.Helper()
	d := &runningDemo{said: &safeBuffer{}}
	c := command(context.Background(), nil, "demo", "--data", dir, "--listen", "127.0.0.1:0", "--synthetic", "accounts=2,ads=6,days=40,seed=7,currency=EUR")
	c.Stdout, c.Stderr = d.said, d.said
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	d.stop = func() int {
		if !stopped {
			stopped = true
			_ = c.Process.Signal(syscall.SIGTERM)
			_ = c.Wait() // the exit code says how it ended
			if err := syscall.Kill(-c.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("a process was left: %v", err)
			}
		}
		return c.ProcessState.ExitCode()
	}
	t.Cleanup(func() { d.stop() })
	for range 1200 {
		if found := demoSaid.FindStringSubmatch(d.said.String()); found != nil {
			login, err := json.Marshal(map[string]string{"email": found[2], "password": found[3]})
			if err != nil {
				t.Fatal(err)
			}
			d.url, d.login, d.share = found[1], string(login), found[4]
			return d
		}
		time.Sleep(100 * time.Millisecond) // bounded: two minutes
	}
	t.Fatalf("it does not say where it is: %s", d.said)
	return nil
}

// source logs in as the demo says, and gives the only source.
func (d *runningDemo) source(t *testing.T) (id, lastGood string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	ask := func(method, path, body string, into any) {
		req, err := http.NewRequestWithContext(t.Context(), method, d.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode >= 300 {
			t.Fatalf("%s %s: %d %v", method, path, res.StatusCode, err)
		}
	}
	var self map[string]any
	ask("POST", "/api/v1/session", d.login, &self)
	var list struct {
		Items []struct {
			ID       string `json:"id"`
			LastGood string `json:"last_good"`
		}
	}
	ask("GET", "/api/v1/sources", "", &list)
	if len(list.Items) != 1 || self["role"] != "admin" {
		t.Fatalf("%+v %+v", self, list)
	}
	return list.Items[0].ID, list.Items[0].LastGood
}

// The demo says the address and the login of a service with a synced source, ends on
// SIGTERM and leaves no process. A second start continues with the same data.
func TestDemo_Browser(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	d := startDemo(t, dir)
	for _, want := range []string{"ROAS", "Spend per day", "█", dir} {
		if !strings.Contains(d.said.String(), want) {
			t.Errorf("%q is not in %s", want, d.said)
		}
	}
	id, good := d.source(t)
	if good == "" {
		t.Errorf("the source is not up to date: %s", d.said)
	}
	if code := d.stop(); code != 0 {
		t.Errorf("it ended with %d: %s", code, d.said)
	}
	const query = "SELECT count(*), sum(spend) FROM facebook_ads.basic_ad WHERE date < current_date - 3"
	figures := one(t, filepath.Join(dir, "warehouse.duckdb"), query)
	again := startDemo(t, dir)
	if second, _ := again.source(t); second != id || again.login != d.login || again.share != d.share {
		t.Errorf("the second start has another source, login or link: %s", again.said)
	}
	again.holder(t)
	again.stop()
	if now := one(t, filepath.Join(dir, "warehouse.duckdb"), query); now != figures {
		t.Errorf("figures were %s and are %s", figures, now)
	}
}

// holder reads the shared dashboard without a login.
func (d *runningDemo) holder(t *testing.T) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/s/api/tiles/1/answer", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Share "+d.share)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(text), `"currency":"EUR"`) {
		t.Errorf("the shared tile: %d %s %v", res.StatusCode, text, err)
	}
}

// A signal before the first figures are there also ends the demo with 0.
func TestDemo_EndsEarly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	p := &program{out: &out, err: &out, env: func(string) string { return "" }}
	ended := make(chan int, 1)
	go func() { ended <- p.run(ctx, []string{"demo", "--data", dir, "--listen", "127.0.0.1:0"}) }()
	time.Sleep(time.Second) // any moment of the first load will do
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("it ended with %d: %s", code, &out)
	}
}
