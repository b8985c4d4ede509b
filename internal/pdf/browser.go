package pdf

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// browser is a Chromium that is driven over two pipes, by the Chrome DevTools Protocol: other
// programs of this computer cannot reach it, and no address is on its command line.
type browser struct {
	process *exec.Cmd
	profile string // folder
	to      io.WriteCloser
	from    *bufio.Reader
	last    int // number of the last command
}

// flags keep Chromium from talking to anybody but the proxy.
func flags(profile, proxy string) []string {
	all := []string{"--headless", "--remote-debugging-pipe", "--user-data-dir=" + profile, "--proxy-server=http://" + proxy, "--proxy-bypass-list=<-loopback>",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic",
		"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-domain-reliability", "--disable-extensions", "--disable-sync", "--dns-prefetch-disable",
		"--no-first-run", "--no-pings", "--metrics-recording-only", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB"}
	if os.Geteuid() == 0 {
		all = append(all, "--no-sandbox") // Chromium's sandbox does not work for root
	}
	return append(all, "about:blank")
}

// start starts Chromium. It ends with the context.
func start(ctx context.Context, program, proxy string) (b *browser, err error) {
	b = &browser{}
	if b.profile, err = os.MkdirTemp("", "adtally-print-"); err != nil {
		return nil, err
	}
	inside, to, err := os.Pipe() // Chromium reads from the descriptor 3, and writes to 4
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.profile))
	}
	from, outside, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, inside.Close(), to.Close(), os.RemoveAll(b.profile))
	}
	b.process = exec.CommandContext(ctx, program, flags(b.profile, proxy)...)
	b.process.ExtraFiles = []*os.File{inside, outside}
	b.process.WaitDelay = time.Second
	b.to, b.from = to, bufio.NewReader(from)
	err = b.process.Start()
	err = errors.Join(err, inside.Close(), outside.Close())
	if err != nil {
		return nil, errors.Join(err, to.Close(), from.Close(), os.RemoveAll(b.profile))
	}
	context.AfterFunc(ctx, func() { _ = from.Close() }) // ends a read
	return b, nil
}

// close ends Chromium and removes what it has written.
func (b *browser) close() {
	_ = b.to.Close() // Chromium ends when the pipe does
	ended := make(chan struct{})
	go func() { _ = b.process.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Second):
		_ = b.process.Process.Kill()
		<-ended
	}
	for range 10 { // its last processes may still write
		if os.RemoveAll(b.profile) == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// answer is a message of Chromium.
type answer struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// call sends a command and reads its result. A dialog of the page is dismissed meanwhile,
// because it would wait for ever.
func (b *browser) call(session, method string, params, into any) error {
	if err := b.say(session, method, params); err != nil {
		return err
	}
	for wanted := b.last; ; {
		text, err := b.from.ReadBytes(0)
		if err != nil {
			return fmt.Errorf("Chromium ended: %w", err)
		}
		var a answer
		if err := json.Unmarshal(text[:len(text)-1], &a); err != nil {
			return err
		}
		switch {
		case a.Method == "Page.javascriptDialogOpening":
			if err := b.say(session, "Page.handleJavaScriptDialog", map[string]any{"accept": false}); err != nil {
				return err
			}
		case a.ID != wanted:
		case a.Error != nil:
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		case into == nil:
			return nil
		default:
			return json.Unmarshal(a.Result, into)
		}
	}
}

// say sends a command.
func (b *browser) say(session, method string, params any) error {
	b.last++
	command := map[string]any{"id": b.last, "method": method, "params": params}
	if session != "" {
		command["sessionId"] = session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return err
	}
	_, err = b.to.Write(append(text, 0))
	return err
}
