package veilleur;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.elasticsearch.plugin.NamedComponent;
import org.elasticsearch.plugin.analysis.AnalyzerFactory;

/** The server's own "english" analyzer with stopwords "_none_". */
@NamedComponent("english")
public class EnglishFactory implements AnalyzerFactory {
    @Override
    public Analyzer create() {
        return new EnglishAnalyzer(CharArraySet.EMPTY_SET);
    }

    @Override
    public String name() {
        return "english";
    }
}
