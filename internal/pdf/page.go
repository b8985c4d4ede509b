package pdf

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"
)

// Size of A4 in inches. Pages are made smaller, so that wide tables fit; the size of their text
// is that of the paper without its margins, at 96 dots per inch.
const (
	paperWidth  = 8.27
	paperHeight = 11.69
	margin      = 0.4
	scale       = 0.75
	textWidth   = 956
	textHeight  = 1394
)

// ready is true when a page shows everything: it has a title, nothing of it is loading, and its
// fonts are there.
const ready = `document.readyState === 'complete' && !!document.querySelector('h1') && !document.querySelector('.skel, [aria-busy=true]') && document.fonts.status === 'loaded'`

// unlinked removes the addresses of links, which a PDF would keep: they can have the page's own
// address in them.
const unlinked = `document.querySelectorAll('[href]').forEach((a) => a.tagName === 'LINK' || a.removeAttribute('href'))`

// print opens a page and prints it.
func (b *browser) print(ctx context.Context, address, zone string) ([]byte, error) {
	session, err := b.open(address, zone)
	if err != nil {
		return nil, err
	}
	if err := b.settle(ctx, session); err != nil {
		return nil, err
	}
	if err := b.evaluate(session, unlinked, nil); err != nil {
		return nil, err
	}
	var printed struct {
		Data string `json:"data"`
	}
	err = b.call(session, "Page.printToPDF", map[string]any{"printBackground": true, "displayHeaderFooter": false, "scale": scale, "paperWidth": paperWidth, "paperHeight": paperHeight,
		"marginTop": margin, "marginBottom": margin, "marginLeft": margin, "marginRight": margin}, &printed)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(printed.Data)
}

// open opens a page as it is printed: charts are as wide as the paper.
func (b *browser) open(address, zone string) (session string, err error) {
	var target struct {
		ID string `json:"targetId"`
	}
	if err := b.call("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return "", err
	}
	var attached struct {
		Session string `json:"sessionId"`
	}
	if err := b.call("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached); err != nil {
		return "", err
	}
	session = attached.Session
	light := []map[string]string{{"name": "prefers-color-scheme", "value": "light"}, {"name": "prefers-reduced-motion", "value": "reduce"}}
	for _, c := range []struct {
		method string
		params map[string]any
	}{
		{"Page.enable", nil},
		{"Emulation.setTimezoneOverride", map[string]any{"timezoneId": zone}},
		{"Emulation.setDeviceMetricsOverride", map[string]any{"width": textWidth, "height": textHeight, "deviceScaleFactor": 1, "mobile": false}},
		{"Emulation.setEmulatedMedia", map[string]any{"media": "print", "features": light}},
	} {
		if c.params == nil {
			c.params = map[string]any{}
		}
		if err := b.call(session, c.method, c.params, nil); err != nil {
			return "", err
		}
	}
	var went struct {
		Problem string `json:"errorText"`
	}
	if err := b.call(session, "Page.navigate", map[string]any{"url": address}, &went); err != nil {
		return "", err
	}
	if went.Problem != "" {
		return "", fmt.Errorf("the page did not open: %s", went.Problem)
	}
	return session, nil
}

// settle waits until the page shows everything, twice in a row: a page may load more when it
// has drawn what it has.
func (b *browser) settle(ctx context.Context, session string) error {
	for seen := 0; seen < 2; {
		var is bool
		if err := b.evaluate(session, ready, &is); err != nil {
			return err
		}
		if seen++; !is {
			seen = 0
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return nil
}

// evaluate computes an expression in the page.
func (b *browser) evaluate(session, expression string, into *bool) error {
	var out struct {
		Result struct {
			Value any `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	if err := b.call(session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &out); err != nil {
		return err
	}
	if out.Exception != nil {
		return fmt.Errorf("the page failed: %s", out.Exception.Text)
	}
	if into != nil {
		*into, _ = out.Result.Value.(bool)
	}
	return nil
}
