package graphsim

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The simulated CDN: the host in the accounts' picture links, and the path at which the
// simulator serves them.
const (
	cdnHost = ".fbcdn.example"
	cdnPath = "/__cdn/"
)

// media serves a picture or video until its link expires. The content depends on the path
// and the size, never on the signature.
func (s *Server) media(r *http.Request) answer {
	s.counts.countMedia()
	query := r.URL.Query()
	dies, err := strconv.ParseInt(query.Get("oe"), 16, 64)
	if err != nil || !s.clock.Now().Before(time.Unix(dies, 0)) {
		return file(http.StatusForbidden, "text/plain; charset=utf-8", []byte("URL signature expired"))
	}
	if strings.HasSuffix(r.URL.Path, ".mp4") {
		return file(http.StatusOK, "video/mp4", binary.BigEndian.AppendUint64([]byte("\x00\x00\x00\x18ftypmp42"), mark(r.URL.Path)))
	}
	body, err := picture(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], query.Get("stp"))
	if err != nil {
		panic(err) // encoding two colours cannot fail
	}
	return file(http.StatusOK, "image/png", body)
}

func file(status int, kind string, body []byte) answer {
	return answer{status: status, header: http.Header{"Content-Type": {kind}}, body: body}
}

// thumbnailSize is the default size of a thumbnail. fullSide is the side of the largest picture.
const (
	thumbnailSize = "p64x64"
	fullSide      = 320
)

// picture draws two colours that depend on the name, in the size that the link asks for.
func picture(name, size string) ([]byte, error) {
	sum, side := mark(name), fullSide
	if _, bound, isBound := strings.Cut(size, "_p"); isBound {
		width, _, _ := strings.Cut(bound, "x")
		if n, err := strconv.Atoi(width); err == nil && n > 0 {
			side = min(n, fullSide)
		}
	}
	p := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{colour(sum), colour(sum >> 24)})
	for i := range len(p.Pix) / 2 {
		p.Pix[i] = 1
	}
	var b bytes.Buffer
	err := png.Encode(&b, p)
	return b.Bytes(), err
}

func colour(sum uint64) color.RGBA {
	return color.RGBA{R: uint8(sum >> 16), G: uint8(sum >> 8), B: uint8(sum), A: 255}
}

// mark returns a hash of a name.
func mark(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // cannot fail
	return h.Sum64()
}
