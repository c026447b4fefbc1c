"""Gas of every act, beside what peers pay for the nearest thing, from one run on one node."""
