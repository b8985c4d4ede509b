package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// cdn is a proxy in front of the pictures' host.
type cdn struct {
	http.RoundTripper
	before func(*http.Request) (*http.Response, error) // nil, nil = let it through

	mu    sync.Mutex
	asked int
	loose []string // requests that carry what they should not
}

func (c *cdn) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.Path, "/__cdn/") {
		return c.RoundTripper.RoundTrip(r)
	}
	c.mu.Lock()
	c.asked++
	if r.Header.Get("Authorization")+r.Header.Get("Cookie") != "" || strings.Contains(r.URL.String(), "access_token") {
		c.loose = append(c.loose, r.URL.String())
	}
	c.mu.Unlock()
	if c.before != nil {
		if res, err := c.before(r); res != nil || err != nil {
			return res, err
		}
	}
	return c.RoundTripper.RoundTrip(r)
}

// pictured is a bubble with a folder for pictures.
type pictured struct {
	*bubble
	cdn *cdn
	dir string
}

func withPictures(t *testing.T, o graphsim.Options, size string, f func(*testing.T, *pictured)) {
	t.Helper()
	dir := t.TempDir()
	inBubble(t, o, size, func(t *testing.T, b *bubble) {
		c := &cdn{RoundTripper: b.sim.Transport()}
		b.http = &http.Client{Transport: c}
		f(t, &pictured{b, c, dir})
		if len(c.loose) > 0 {
			t.Errorf("%d requests for pictures carry a secret, such as %s", len(c.loose), c.loose[0])
		}
	})
}

// sync reads ads and their pictures.
func (p *pictured) sync(t *testing.T, args ...string) did {
	t.Helper()
	return p.bubble.sync(t, append([]string{"--media", p.dir, "--tables", "ads,basic_ad", "--since", "2026-05-25"}, args...)...)
}

// files are the contents in the blob store, each under its own hash.
func (p *pictured) files(t *testing.T) (hashes []string) {
	t.Helper()
	err := filepath.WalkDir(p.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		sum := sha256.Sum256(body)
		hash := hex.EncodeToString(sum[:])
		if strings.TrimSuffix(e.Name(), filepath.Ext(path)) != hash {
			t.Errorf("%s holds %s", path, hash)
		}
		hashes = append(hashes, hash)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}

func (p *pictured) states(t *testing.T) string {
	t.Helper()
	return fmt.Sprint(ask(t, p.file, "SELECT state, count(*) FROM facebook_ads.media GROUP BY ALL ORDER BY ALL"))
}

// lost returns ads with delivery that have no picture.
const lost = `SELECT count(*) FROM facebook_ads.ads a LEFT JOIN facebook_ads.media m ON m.kind = 'creative' AND m.object_id = a.creative_id
	WHERE m.file IS NULL OR m.state <> 'kept' OR m.content_hash IS NULL OR m.width IS NULL`

// Links expire after an hour. After thirty days all pictures are there, and none was fetched
// twice.
func TestMedia_OutlivesExpiredLinks(t *testing.T) {
	t.Parallel()
	withPictures(t, graphsim.Options{LinkLife: time.Hour}, "accounts=1,ads=60,days=20,seed=3", func(t *testing.T, p *pictured) {
		d := p.sync(t)
		if d.code != 0 || d.Pictures == nil || d.Pictures.Fetched == 0 || d.Pictures.Missing+d.Pictures.Left > 0 {
			t.Fatalf("exit code %d, %+v: %s", d.code, d.Pictures, d.err)
		}
		fetched, files := p.sim.Calls().Media, len(p.files(t))
		time.Sleep(30 * 24 * time.Hour)
		link := one(t, p.file, "SELECT any_value(url) FROM facebook_ads.ad_images")
		if got := p.status(t, link); got != http.StatusForbidden {
			t.Fatalf("a link of thirty days ago is answered with %d", got)
		}
		if n := one(t, p.file, lost); n != "0" || files != len(p.files(t)) {
			t.Errorf("%s ads have lost their picture; %d files, %d before", n, len(p.files(t)), files)
		}
		for _, name := range ask(t, p.file, "SELECT DISTINCT file FROM facebook_ads.media WHERE state = 'kept'") {
			if _, err := os.Stat(filepath.Join(p.dir, name[0])); err != nil {
				t.Error(err)
			}
		}
		d = p.sync(t)
		if again := p.sim.Calls().Media - fetched; d.code != 0 || again > 1 || d.Pictures.Fetched != 0 { // one is the dead link above
			t.Errorf("exit code %d; %d pictures were fetched again", d.code, again)
		}
		whole := one(t, p.file, `SELECT count(*) FILTER (WHERE m.picture_kind = 'image' AND m.width = 320) = count(*), count(c.image_hash) > 0, count(c.picture_hash) > count(c.image_hash)
			FROM facebook_ads.media m JOIN facebook_ads.ad_creatives c ON c.id = m.object_id WHERE coalesce(c.image_hash, c.picture_hash) IS NOT NULL`)
		if whole != "true true true" {
			t.Errorf("all in full size, some by image_hash, some by picture_hash: %s", whole)
		}
	})
}

func (p *pictured) status(t *testing.T, link string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := p.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// sharing is an account whose ads share a few pictures.
type sharing struct {
	advertiser.Account
	pictures int
}

func (s sharing) Objects(kind advertiser.Kind, now time.Time) []advertiser.Object {
	all := s.Account.Objects(kind, now)
	images := s.Account.Objects(advertiser.Image, now)[:s.pictures]
	switch kind {
	case advertiser.Image:
		return images
	case advertiser.Video:
		return nil
	case advertiser.Creative:
		for i, o := range all {
			image := images[i%s.pictures].Fields
			all[i] = advertiser.Object{ID: o.ID, Fields: map[string]any{"id": o.ID, "account_id": o.Fields["account_id"], "name": o.Fields["name"],
				"status": "ACTIVE", "image_hash": image["hash"], "image_url": image["url"], "thumbnail_url": o.Fields["thumbnail_url"]}}
		}
	}
	return all
}

// 10,000 ads that share 300 pictures are 300 files and 300 downloads.
func TestMedia_SharedPictureIsOneFile(t *testing.T) {
	t.Parallel()
	withPictures(t, graphsim.Options{}, "accounts=1,ads=1,days=1,seed=3", func(t *testing.T, p *pictured) {
		p.sim.Add(sharing{advertiser.NewSynthetic(advertiser.Size{Accounts: 1, Ads: 10_000, Days: 2, Seed: 4}, summer)[0], 300})
		args := []string{"--account", p.sim.Accounts()[1], "--since", "2026-06-01"}
		d := p.sync(t, args...)
		if d.code != 0 || d.Pictures.Missing+d.Pictures.Left > 0 {
			t.Fatalf("exit code %d, %+v: %s", d.code, d.Pictures, d.err)
		}
		shown := one(t, p.file, `SELECT count(*) FROM facebook_ads.ads a JOIN facebook_ads.ad_creatives c ON c.id = a.creative_id
			JOIN facebook_ads.media m ON m.kind = 'creative' AND m.object_id = c.id AND m.state = 'kept' AND m.picture_kind = 'image' AND m.picture_name = c.image_hash`)
		if files := len(p.files(t)); shown != "10000" || files != 300 || p.cdn.asked != 300 {
			t.Errorf("%s ads have their picture, in %d files after %d downloads", shown, files, p.cdn.asked)
		}
		if d := p.sync(t, args...); d.code != 0 || p.cdn.asked != 300 {
			t.Errorf("exit code %d, %d downloads after another sync", d.code, p.cdn.asked)
		}
	})
}

// Failing pictures do not change the figures, which are committed before the first picture
// is requested. Missing pictures are listed and fetched by the next sync.
func TestMedia_FailureDoesNotFailTheSync(t *testing.T) {
	t.Parallel()
	answer := func(status int, kind, body string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	for name, c := range map[string]struct {
		before func(*http.Request) (*http.Response, error)
		state  string
	}{
		"reset":      {func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }, "unreachable"},
		"an error":   {answer(500, "text/html", "<html>"), "unreachable"},
		"a page":     {answer(200, "image/png", "<!DOCTYPE html><html>log in"), "no_picture"},
		"too large":  {answer(200, "image/png", "\x89PNG\r\n\x1a\n"+strings.Repeat("x", 20<<20)), "too_big"},
		"gone":       {answer(404, "text/plain", ""), "gone"},
		"a way out":  {redirect("https://evil.example/x.png"), "refused"},
		"a way in":   {redirect("http://169.254.169.254/latest/meta-data"), "refused"},
		"never ends": {func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, "unreachable"},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			withPictures(t, graphsim.Options{}, "accounts=1,ads=30,days=10,seed=3", func(t *testing.T, p *pictured) {
				var first time.Time
				p.cdn.before = func(r *http.Request) (*http.Response, error) {
					p.cdn.mu.Lock()
					if first.IsZero() {
						first = time.Now()
					}
					p.cdn.mu.Unlock()
					return c.before(r)
				}
				d := p.sync(t)
				if d.code != 0 || d.State != "finished" || len(d.Failures) > 0 || d.Pictures.Kept > 0 || d.Pictures.Missing == 0 || d.took > pictureTime+time.Minute {
					t.Fatalf("exit code %d after %s, %s, %+v: %s", d.code, d.took, d.State, d.Pictures, d.err)
				}
				if states := p.states(t); !strings.HasPrefix(states, "[["+c.state+" ") || strings.Count(states, "[") != 2 {
					t.Errorf("states %s, want %s only", states, c.state)
				}
				late := one(t, p.file, fmt.Sprintf("SELECT count(*) FROM facebook_ads._loads WHERE table_name <> 'media' AND synced_at > TIMESTAMPTZ '%s'",
					p.sim.Now().Add(time.Until(first)).UTC().Format(time.RFC3339Nano)))
				if late != "0" || first.IsZero() {
					t.Errorf("%s loads came after the first picture", late)
				}
				p.cdn.before = nil
				if d := p.sync(t); d.code != 0 || d.Pictures.Missing > 0 || d.Pictures.Kept == 0 || one(t, p.file, lost) != "0" {
					t.Errorf("the next sync: exit code %d, %+v: %s", d.code, d.Pictures, d.err)
				}
			})
		})
	}
}

func redirect(to string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/__cdn/") {
			return nil, fmt.Errorf("%s was asked", r.URL.Host)
		}
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {to}}, Body: http.NoBody, Request: r}, nil
	}
}

// Slow pictures delay a sync only for a limited time; the next sync fetches the rest.
func TestMedia_TimeLimit(t *testing.T) {
	t.Parallel()
	withPictures(t, graphsim.Options{}, "accounts=2,ads=200,days=5,seed=3", func(t *testing.T, p *pictured) {
		p.cdn.before = func(*http.Request) (*http.Response, error) {
			time.Sleep(29 * time.Second)
			return nil, nil
		}
		d := p.sync(t)
		if d.code != 0 || d.Pictures.Left == 0 || d.Pictures.Fetched == 0 || d.Pictures.Missing > 0 || d.took > pictureTime+time.Minute {
			t.Fatalf("exit code %d after %s, %+v: %s", d.code, d.took, d.Pictures, d.err)
		}
		if states := p.states(t); !strings.HasPrefix(states, "[[kept ") || strings.Count(states, "[") != 2 {
			t.Errorf("states %s", states)
		}
		p.cdn.before = nil
		if d := p.sync(t); d.code != 0 || d.Pictures.Left+d.Pictures.Missing > 0 || one(t, p.file, lost) != "0" {
			t.Errorf("the next sync: exit code %d, %+v", d.code, d.Pictures)
		}
	})
}

// A picture with an expired link, or whose file was deleted, is fetched by the next sync.
func TestMedia_MissingPictureIsFetchedAgain(t *testing.T) {
	t.Parallel()
	withPictures(t, graphsim.Options{LinkLife: time.Hour}, "accounts=1,ads=30,days=10,seed=3", func(t *testing.T, p *pictured) {
		var late sync.Once
		p.cdn.before = func(*http.Request) (*http.Response, error) {
			late.Do(func() { p.sim.Advance(2 * time.Hour) })
			return nil, nil
		}
		if d := p.sync(t); d.code != 0 || d.Pictures.Missing == 0 || !strings.HasPrefix(p.states(t), "[[expired ") {
			t.Fatalf("exit code %d, %+v, states %s", d.code, d.Pictures, p.states(t))
		}
		if d := p.sync(t); d.code != 0 || d.Pictures.Missing > 0 || one(t, p.file, lost) != "0" {
			t.Fatalf("with fresh links: exit code %d, %+v, states %s", d.code, d.Pictures, p.states(t))
		}
		all := p.files(t)
		name := one(t, p.file, "SELECT any_value(file) FROM facebook_ads.media WHERE picture_kind = 'image'")
		if err := os.Remove(filepath.Join(p.dir, name)); err != nil {
			t.Fatal(err)
		}
		if d := p.sync(t); d.code != 0 || d.Pictures.Fetched == 0 || len(p.files(t)) != len(all) {
			t.Errorf("after a file was taken away: %+v, %d of %d files", d.Pictures, len(p.files(t)), len(all))
		}
	})
}

// If the picture is not available, the thumbnail is used until it is.
func TestMedia_ThumbnailFallback(t *testing.T) {
	t.Parallel()
	withPictures(t, graphsim.Options{}, "accounts=1,ads=30,days=10,seed=3", func(t *testing.T, p *pictured) {
		p.cdn.before = func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.RawQuery, "stp=dst-jpg_p1080x1080") {
				return nil, nil
			}
			return nil, errors.New("connection reset")
		}
		of := func(kind string) string {
			return one(t, p.file, "SELECT count(*) FROM facebook_ads.media m JOIN facebook_ads.ad_creatives c ON c.id = m.object_id WHERE c.image_hash IS NOT NULL AND m.state = 'kept' AND m.picture_kind = '"+kind+"'")
		}
		if d := p.sync(t); d.code != 0 || of("creative") == "0" || of("image") != "0" || one(t, p.file, lost) != "0" {
			t.Fatalf("exit code %d, %+v, %s thumbnails, %s pictures", d.code, d.Pictures, of("creative"), of("image"))
		}
		p.cdn.before = nil
		if d := p.sync(t); d.code != 0 || of("creative") != "0" || of("image") == "0" {
			t.Errorf("exit code %d, %+v, %s thumbnails, %s pictures", d.code, d.Pictures, of("creative"), of("image"))
		}
	})
}

// An unwritable folder does not fail the sync, and is reported.
func TestMedia_UnwritableFolder(t *testing.T) {
	t.Parallel()
	withPictures(t, graphsim.Options{}, "accounts=1,ads=10,days=5,seed=3", func(t *testing.T, p *pictured) {
		p.dir = filepath.Join(p.dir, "file")
		if err := os.WriteFile(p.dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		d := p.sync(t)
		if d.code != 0 || d.State != "finished" || !strings.Contains(d.Pictures.Problem, "folder of pictures cannot be written") {
			t.Errorf("exit code %d, %s, %+v", d.code, d.State, d.Pictures)
		}
	})
}
