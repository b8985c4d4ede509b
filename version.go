package adtally

// Version is the state of an object that open pages show. Any visible change gives it
// another Text.
type Version struct {
	Kind   string // source, run or incident
	ID     string
	Source string // empty for the installation itself
	Text   string
	Final  bool // the object will not change any more
}
